# Residuals, robust variance, tests of proportional hazards, exact ties and ridge of Cox fits that
# are iterated to rounding, with weights, strata, late entry and heavy ties.
# Run from this folder: RREF_DATA=<folder with the CSV files> Rscript cox_more.R
source("_lib.R"); suppressMessages(library(survival))
tight <- coxph.control(eps = 1e-14, iter.max = 50)
months <- function(d) { d$month <- ceiling(d$rfstime / 30); d$w <- 0.5 + (seq_len(nrow(d)) %% 5) / 3; d$centre <- seq_len(nrow(d)) %% 23; d$size3 <- cut(d$size, c(-1, 20, 35, 999), labels = c("a", "b", "c")); d }
late <- function(d) { d$stop <- ceiling(d$dtime / 90); d$start <- pmin((seq_len(nrow(d)) * 7) %% 40, d$stop - 1); d$w <- 1 + seq_len(nrow(d)) %% 3; d$centre <- seq_len(nrow(d)) %% 40; d }
res <- function(f, cl = NULL) { s <- function(x) unname(as.matrix(x)[c(1:12, 200, 500), ]); o <- list(martingale = unname(residuals(f, "martingale"))[c(1:12, 200, 500)], deviance = unname(residuals(f, "deviance"))[c(1:12, 200, 500)], score = s(residuals(f, "score")), dfbeta = s(residuals(f, "dfbeta")), dfbetas = s(residuals(f, "dfbetas")), schoenfeld = unname(as.matrix(residuals(f, "schoenfeld"))[1:30, ]), scaledsch = unname(as.matrix(residuals(f, "scaledsch"))[1:30, ]))
  if (!is.null(cl)) { o$martingale_by <- unname(residuals(f, "martingale", collapse = cl)); o$dfbeta_by <- unname(residuals(f, "dfbeta", collapse = cl)) }; o }
zph <- function(f, ...) { z <- cox.zph(f, ...); y <- cox.zph(f, ..., terms = FALSE); list(table = unname(z$table), table_columns = unname(y$table), x = z$x[1:30], y = unname(z$y[1:30, ]), var = unname(z$var)) }
robust <- function(f) list(coef = unname(coef(f)), se = unname(sqrt(diag(f$var))), naive_se = unname(sqrt(diag(f$naive.var))), wald = f$wald.test, score = f$rscore)
for (ti in c("efron", "breslow")) {
  eval(bquote(R(.(paste0("resid.weights.", ti)), "cox_more", "gbsg", { d <- months(gbsg); f <- coxph(Surv(month, status) ~ hormon + nodes + age + strata(grade) + offset(0.01 * size), data = d, weights = w, robust = FALSE, ties = .(ti), control = tight); res(f, d$centre) })))
  eval(bquote(R(.(paste0("resid.entry.", ti)), "cox_more", "rotterdam", { d <- late(rotterdam); f <- coxph(Surv(start, stop, death) ~ age + nodes + hormon + strata(grade), data = d, weights = w, ties = .(ti), control = tight); res(f) })))
  eval(bquote(R(.(paste0("robust.weights.", ti)), "cox_more", "gbsg", { d <- months(gbsg); f <- coxph(Surv(month, status) ~ hormon + nodes + age + strata(grade), data = d, weights = w, ties = .(ti), control = tight); robust(f) })))
  eval(bquote(R(.(paste0("robust.cluster.", ti)), "cox_more", "gbsg", { d <- months(gbsg); f <- coxph(Surv(month, status) ~ hormon + nodes + age, data = d, weights = w, cluster = centre, ties = .(ti), control = tight); robust(f) })))
  eval(bquote(R(.(paste0("robust.entry.", ti)), "cox_more", "rotterdam", { d <- late(rotterdam); f <- coxph(Surv(start, stop, death) ~ age + nodes + hormon + strata(grade), data = d, weights = w, cluster = centre, ties = .(ti), control = tight); robust(f) })))
  for (k in c("km", "rank", "identity", "log")) {
    eval(bquote(R(.(paste("zph.weights", k, ti, sep = ".")), "cox_more", "gbsg", { d <- months(gbsg); f <- coxph(Surv(month, status) ~ hormon + nodes + size3 + strata(grade) + offset(0.01 * age), data = d, weights = w, robust = FALSE, ties = .(ti), control = tight); zph(f, transform = .(k)) })))
    eval(bquote(R(.(paste("zph.entry", k, ti, sep = ".")), "cox_more", "rotterdam", { d <- late(rotterdam); f <- coxph(Surv(start, stop, death) ~ age + nodes + size + strata(grade), data = d, weights = w, ties = .(ti), control = tight); o <- zph(f, transform = .(k)); o$x <- NULL; o$y <- NULL; o })))
  }
}
R("zph.constant", "cox_more", "gbsg", { d <- months(gbsg); f <- coxph(Surv(month, status) ~ hormon + nodes + age + strata(grade == 3, meno), data = transform(d, age = ifelse(grade == 3 & meno == 1, 50, age)), control = tight); z <- cox.zph(f); list(table = unname(z$table), y = unname(z$y), var = unname(z$var)) }, note = "age is the same for everyone of one stratum")
R("exact.months", "cox_more", "gbsg", { d <- months(gbsg); f <- coxph(Surv(month, status) ~ hormon + nodes + age + strata(grade) + offset(0.01 * size), data = d, ties = "exact", control = tight); c(cox_tab(f), list(martingale = unname(residuals(f))[1:20])) }, note = "up to 14 deaths at one time")
R("exact.half_years", "cox_more", "gbsg", { f <- coxph(Surv(ceiling(rfstime / 183), status) ~ hormon + nodes + age, data = gbsg, ties = "exact", control = tight); cox_tab(f) }, note = "up to 80 deaths at one time")
R("exact.entry", "cox_more", "heart", { f <- coxph(Surv(start, stop, event) ~ age + year + surgery + transplant, data = heart, ties = "exact", control = tight); list(coef = unname(f$coefficients), var = unname(f$var), loglik = f$loglik, score = f$score) })
for (th in c(1, 20)) for (sc in c(TRUE, FALSE)) eval(bquote(R(.(paste("ridge", th, sc, sep = ".")), "cox_more", "gbsg", { d <- months(gbsg); f <- coxph(Surv(month, status) ~ ridge(nodes, age, pgr, theta = .(th), scale = .(sc)) + hormon + strata(grade), data = d, weights = w, robust = FALSE, control = coxph.control(eps = 1e-14, iter.max = 50, outer.max = 1)); list(coef = unname(coef(f)), var = unname(f$var), var2 = unname(f$var2), loglik = f$loglik, penalty = f$penalty, df = f$df) }, note = "fractional weights")))
finish("made", "cox_more")
