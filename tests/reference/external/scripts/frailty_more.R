# Shared frailties, gamma and gaussian, of given and of estimated variance, by R's survival, with strata,
# repeated rows, late entry and both kinds of ties. Run from this folder:
# RREF_DATA=<folder with the CSV files> Rscript frailty_more.R
source("_lib.R"); suppressMessages(library(survival))
tight <- coxph.control(eps = 1e-13, iter.max = 100, outer.max = 100)
# Sparse fits keep the frailties apart (frail, fvar); full ones have them as the first coefficients.
p <- function(f) { b <- unname(f$coefficients); n <- length(b); i <- n - 1:0; full <- n > 2; k <- if (full) seq_len(n - 2) else seq_along(f$frail); if (full && n > 2 && names(f$coefficients)[1] == "age") i <- 1:2
  e <- if (full) b[setdiff(seq_len(n), i)] else f$frail; v <- if (full) diag(f$var)[setdiff(seq_len(n), i)] else f$fvar
  list(coef = b[i], se = sqrt(diag(f$var)[i]), se2 = sqrt(diag(f$var2)[i]), loglik = f$loglik[2], df = sum(f$df), theta = f$history[[1]]$theta, c_loglik = f$history[[1]]$c.loglik, effects = e[1:10], variances = unname(v)[1:10]) }
models <- list(
  kidney = quote(coxph(Surv(time, status) ~ F + age + sex, data = kidney, ties = TI, control = tight)),
  diabetic = quote(coxph(Surv(time, status) ~ F + trt + age + strata(laser), data = diabetic, ties = TI, control = tight)),
  cgd = quote(coxph(Surv(tstart, tstop, status) ~ F + I(treat == "rIFN-g") + age, data = cgd, ties = TI, control = tight)),
  lung = quote(coxph(Surv(time, status == 2) ~ F + age + sex + offset(0.1 * ph.ecog), data = lung3, ties = TI, control = tight)))
groups <- list(kidney = quote(id), diabetic = quote(id), cgd = quote(id), lung = quote(inst))
make <- function(name, ti, ...) { fr <- as.call(c(quote(frailty), groups[[name]], list(...))); f <- eval(do.call(substitute, list(models[[name]], list(F = fr, TI = ti))), globalenv()); p(f) }
for (m in names(models)) assign(m, ld(m))
# R's weights do not count patients in the integrated likelihood, nor in sparse information: repeat the rows.
lung3 <- subset(lung, !is.na(inst) & !is.na(ph.ecog)); lung3 <- lung3[rep(seq_len(nrow(lung3)), 1 + seq_len(nrow(lung3)) %% 3), ]
for (m in names(models)) for (ti in c("efron", "breslow")) for (di in c("gamma", "gaussian")) for (sp in c(TRUE, FALSE)) {
  if (m == "lung" && ti == "efron") next
  if (!sp && m %in% c("diabetic", "cgd") && ti == "breslow") next
  eval(bquote(R(.(paste("frailty", m, ti, di, if (sp) "sparse" else "full", sep = ".")), "frailty_more", .(m), make(.(m), .(ti), distribution = .(di), theta = 0.7, sparse = .(sp)), note = "given variance 0.7; make() is in the script"))) }
for (m in names(models)) for (ti in if (m == "lung") "breslow" else c("efron", "breslow")) eval(bquote(R(.(paste("frailty", m, ti, "em", sep = ".")), "frailty_more", .(m), make(.(m), .(ti), distribution = "gamma", eps = 1e-10), note = "variance by the integrated likelihood")))
for (m in c("kidney", "diabetic", "cgd")) eval(bquote(R(.(paste("frailty", m, "reml", sep = ".")), "frailty_more", .(m), make(.(m), "efron", distribution = "gaussian"), note = "variance by restricted likelihood, sparse information")))
finish("made", "frailty_more")
