# Risk by total points of a small score, for one cause and for competing causes.
# Run from this folder: RREF_DATA=<folder with the CSV files> Rscript total_risk.R
source("_lib.R"); suppressMessages({ library(survival); library(prodlim); library(riskRegression) })
points <- function(d) 2 * (d$ulcer == "present") + (d$thick > 2) + (d$age > 60)
tight <- coxph.control(eps = 1e-14, toler.chol = 1e-15, iter.max = 100)
R("risk.km", "total_risk", "melanoma", {
  d <- melanoma; d$x <- points(d); d$any <- as.integer(d$event != "censored")
  out <- list(n = as.vector(table(d$x)), events = as.vector(tapply(d$any, d$x, sum)))
  for (k in 0:4) { s <- summary(survfit(Surv(time, any) ~ 1, d[d$x == k, ], conf.type = "log-log"), times = c(1000, 2000)); out[[paste0("total", k)]] <- list(surv = s$surv, lower = s$lower, upper = s$upper) }
  f <- coxph(Surv(time, any) ~ x, d, ties = "breslow", control = tight)
  s <- summary(survfit(f, data.frame(x = 0:5), conf.type = "log-log"), times = c(1000, 2000))
  out$model <- list(slope = unname(coef(f)), surv = t(s$surv), lower = t(s$lower), upper = t(s$upper)); out })
R("risk.competing", "total_risk", "melanoma", {
  d <- melanoma; d$x <- points(d); d$code <- match(d$event, c("censored", "death.malignant.melanoma", "death.other.causes")) - 1
  f <- CSC(Hist(time, code) ~ x, d, surv.type = "hazard", control = tight, method = "breslow")
  p <- predict(f, data.frame(x = 0:5), times = c(1000, 2000, 3000), cause = 1, se = TRUE, product.limit = TRUE)
  list(value = p$absRisk, se = p$absRisk.se) }, note = "standard errors by influence functions")
finish("made", "total_risk")
