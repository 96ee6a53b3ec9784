# Pooled effects by every estimator, iterated to rounding, with intervals, tests and one study left out.
# Run from this folder: RREF_DATA=<folder with the CSV files> Rscript meta_more.R
source("_lib.R"); suppressMessages({ library(survival); library(metafor) })
tight <- list(threshold = 1e-14, maxiter = 10000, tol = 1e-15)
effects <- function(d, by, formula) { x <- sapply(sort(unique(by)), function(k) { f <- coxph(formula, data = d[by == k, ]); c(coef(f)[1], vcov(f)[1, 1]) }); list(y = unname(x[1, ]), v = unname(x[2, ])) }
pool <- function(e, m, test, level) { r <- suppressWarnings(rma(e$y, e$v, method = m, test = test, level = level, control = tight)); p <- predict(r); o <- list(beta = as.vector(r$beta), se = r$se, ci = c(r$ci.lb, r$ci.ub), z = r$zval, p = r$pval, tau2 = r$tau2, I2 = r$I2, H2 = r$H2, Q = r$QE, Qp = r$QEp, pi = c(p$pi.lb, p$pi.ub), weight = unname(weights(r))); if (m != "EE" && m != "FE") o$confint <- unclass(confint(r, control = list(tol = 1e-15, maxiter = 10000))$random)[, ]; o }
all9 <- function(e) { o <- list(y = e$y, v = e$v); for (m in c("FE", "DL", "REML", "ML", "PM", "EB", "HE", "SJ", "HS")) o[[m]] <- pool(e, m, "z", 95); o$KH90 <- pool(e, "REML", "knha", 90); o$t99 <- pool(e, "PM", "t", 99); o$adhoc <- pool(e, "DL", "adhoc", 95); l <- leave1out(rma(e$y, e$v, method = "DL")); o$leave <- list(estimate = l$estimate, se = l$se, tau2 = l$tau2, Q = l$Q); o }
R("meta.rotterdam.size", "meta_more", "rotterdam", { d <- rotterdam; all9(effects(d, paste(d$size, d$grade, d$meno), Surv(dtime, death) ~ nodes)) }, note = "log hazard ratio per node in 12 groups, very different")
R("meta.rotterdam.year", "meta_more", "rotterdam", { d <- subset(rotterdam, year > 1979); all9(effects(d, d$year, Surv(dtime, death) ~ I(grade == 3))) }, note = "by year of surgery")
R("meta.follic", "meta_more", "follic", { d <- follic; all9(effects(d, cut(d$age, c(0, 45, 55, 65, 100), labels = FALSE), Surv(time, status == 1) ~ I(clinstg == 2))) }, note = "four groups of age")
R("meta.gbsg", "meta_more", "gbsg", { d <- gbsg; all9(effects(d, paste(d$grade, d$meno), Surv(rfstime, status) ~ hormon)) }, note = "more alike than chance would have it, or nearly so")
finish("made", "meta_more")
