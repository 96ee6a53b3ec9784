# More curves than open_km.R: weights that are not whole numbers and late entry, with quantiles,
# cumulative hazard and follow-up, whose errors are then robust; every interval of the quantiles.
# Run from this folder with a folder of heart.csv (../data) and follic.csv (examples/data):
# RREF_DATA=<folder> RREF_OUT=<folder> Rscript survival_more.R
source("_lib.R"); library(survival)
qs <- function(s) { q <- quantile(s, c(.1, .25, .5, .75)); lapply(q, unname) }
curve <- function(S, w, times) { h <- summary(survfit(S~1, weights=w), times=times)
  list(times=times, cumhaz=h$cumhaz, se=h$std.chaz, quantiles=sapply(c("log","log-log","plain","logit","arcsin"), function(k) qs(survfit(S~1, weights=w, conf.type=k)), simplify=FALSE)) }
R("weights.follic", "survival", "follic", curve(Surv(follic$time, follic$status>0), ifelse(follic$ch=="Y", .6, 1.3), c(1, 5, 10, 20)))
R("late_weights.follic", "survival", "follic", { e <- follic$time/3*(follic$clinstg-1); curve(Surv(e, follic$time, follic$status>0), ifelse(follic$ch=="Y", .6, 1.3), c(1, 5, 10, 20)) })
R("late_weights.heart", "survival", "heart", curve(Surv(heart$start, heart$stop, heart$event), 1+heart$surgery*.5, c(10, 50, 100, 500)))
R("late.heart", "survival", "heart", curve(Surv(heart$start, heart$stop, heart$event), NULL, c(10, 50, 100, 500)))
R("reverse.follic", "survival", "follic", { w <- ifelse(follic$ch=="Y", .6, 1.3); qs(survfit(Surv(time, status==0)~1, follic, weights=w)) })
finish(".", "survival_more")
