# Cox fits iterated to rounding (eps 1e-14 instead of 1e-9), and concordance with weights, so
# that a comparison is not limited by R's stopping rule.
# Run from this folder: RREF_DATA=<folder with the CSV files> Rscript cox_tight.R
source("_lib.R"); suppressMessages(library(survival))
tight <- coxph.control(eps = 1e-14, iter.max = 50)
conc <- function(x) list(C = unname(x$concordance), se = unname(sqrt(x$var)), counts = unname(if (is.matrix(x$count)) colSums(x$count) else x$count), dfbeta = unname(x$dfbeta)[1:12])
base <- function(f) { s <- survfit(f); list(time = s$time, strata = unname(s$strata), cumhaz = s$cumhaz, std_err = s$std.err) }
for (ti in c("efron", "breslow")) {
  eval(bquote(R(.(paste0("tight.rotterdam.", ti)), "cox_tight", "rotterdam", { f <- coxph(Surv(dtime, death) ~ age + meno + nodes + pgr + er + hormon + chemo + grade, data = rotterdam, ties = .(ti), control = tight); c(cox_tab(f), list(means = unname(colMeans(model.matrix(f))))) })))
  eval(bquote(R(.(paste0("tight.lung.", ti)), "cox_tight", "lung", { d <- subset(lung, !is.na(ph.ecog)); f <- coxph(Surv(time, status == 2) ~ age + sex + ph.ecog, data = d, ties = .(ti), control = tight); cox_tab(f) })))
  eval(bquote(R(.(paste0("tight.weights.", ti)), "cox_tight", "gbsg", { d <- gbsg; d$month <- ceiling(d$rfstime / 30); d$w <- 0.5 + (seq_len(nrow(d)) %% 5) / 3; f <- coxph(Surv(month, status) ~ hormon + nodes + age + strata(grade) + offset(0.01 * size), data = d, weights = w, robust = FALSE, ties = .(ti), control = tight); c(cox_tab(f), base(f)) }, note = "months, so heavily tied; fractional weights, strata and an offset")))
  eval(bquote(R(.(paste0("tight.heart.", ti)), "cox_tight", "heart", { f <- coxph(Surv(start, stop, event) ~ age + year + surgery + transplant, data = heart, ties = .(ti), control = tight); c(cox_tab(f), base(f)) })))
  eval(bquote(R(.(paste0("tight.entry.", ti)), "cox_tight", "rotterdam", { d <- rotterdam; d$stop <- ceiling(d$dtime / 90); d$start <- pmin((seq_len(nrow(d)) * 7) %% 40, d$stop - 1); d$w <- 1 + seq_len(nrow(d)) %% 3; f <- coxph(Surv(start, stop, death) ~ age + nodes + hormon + strata(grade), data = d, weights = w, ties = .(ti), control = tight); cox_tab(f) }, note = "made-up late entry, quarters of a year, integer weights, strata")))
  eval(bquote(R(.(paste0("tight.predict.", ti)), "cox_tight", "lung", { f <- coxph(Surv(time, status == 2) ~ age + sex, data = lung, ties = .(ti), control = tight); nd <- data.frame(age = c(50, 70), sex = c(1, 2)); g <- function(k) { s <- summary(survfit(f, newdata = nd, conf.type = k), times = c(180, 365, 730)); list(surv = s$surv, lower = s$lower, upper = s$upper, std_err = s$std.err) }; list(log = g("log"), loglog = g("log-log"), plain = g("plain")) })))
}
R("tight.conc.weights", "conc_tight", "gbsg", { d <- gbsg; d$month <- ceiling(d$rfstime / 30); d$w <- 0.5 + (seq_len(nrow(d)) %% 5) / 3; conc(concordance(Surv(month, status) ~ nodes, data = d, weights = w, reverse = TRUE, influence = 1)) })
R("tight.conc.strata", "conc_tight", "gbsg", { d <- gbsg; d$month <- ceiling(d$rfstime / 30); d$w <- 0.5 + (seq_len(nrow(d)) %% 5) / 3; conc(concordance(Surv(month, status) ~ nodes + strata(grade), data = d, weights = w, reverse = TRUE, influence = 1, ymax = 48)) }, note = "ymax in months")
R("tight.conc.entry", "conc_tight", "rotterdam", { d <- rotterdam; d$stop <- ceiling(d$dtime / 90); d$start <- pmin((seq_len(nrow(d)) * 7) %% 40, d$stop - 1); d$w <- 1 + seq_len(nrow(d)) %% 3; conc(concordance(Surv(start, stop, death) ~ nodes + strata(grade), data = d, weights = w, reverse = TRUE, influence = 1)) })
R("tight.conc.years", "conc_tight", "rotterdam", { d <- rotterdam; conc(concordance(Surv(dtime / 365.25, death) ~ size, data = transform(d, size = match(size, c("<=20", "20-50", ">50"))), reverse = TRUE, influence = 1)) })
finish("made", "cox_tight")
