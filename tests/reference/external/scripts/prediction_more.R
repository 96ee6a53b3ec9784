# Accuracy of given risks: no fitted model stands between the data and the numbers, so that they
# can be compared to rounding. Heavy ties, competing risks, other time weights and options.
# Run from this folder: RREF_DATA=<folder with the CSV files> Rscript prediction_more.R
source("_lib.R"); suppressMessages({ library(survival); library(prodlim); library(riskRegression); library(pec) })
conc <- function(x) list(C = unname(x$concordance), se = unname(sqrt(x$var)), counts = unname(if (is.matrix(x$count)) colSums(x$count) else x$count), dfbeta = unname(x$dfbeta)[1:12])
scored <- function(s) list(auc = as.data.frame(s$AUC$score), auc_contrast = as.data.frame(s$AUC$contrasts), brier = as.data.frame(s$Brier$score), brier_contrast = as.data.frame(s$Brier$contrasts))
score2 <- function(d, a, b, times, ...) scored(Score(list(a = a, b = b), formula = Hist(time, event) ~ 1, data = d, times = times, cause = 1, metrics = c("auc", "brier"), summary = c("ipa", "ibs"), cens.model = "km", ...))
follic2 <- function(follic, unit) { d <- data.frame(time = ceiling(follic$time * unit), event = follic$status); x <- plogis((follic$age - 60) / 15); y <- plogis((follic$clinstg - 1.5) + (follic$hgb < 120) / 2 - 0.5); list(d = d, a = cbind(x * .4, x * .6 + .1, x * .7 + .2), b = cbind(y * .5, y * .6, y * .8)) }
R("more.score.cr.months", "prediction_more", "follic", { z <- follic2(follic, 12); score2(z$d, z$a, z$b, c(12, 60, 120)) }, note = "follow-up in whole months: ties of events and censorings, and events at the very times asked for")
R("more.score.cr.years", "prediction_more", "follic", { z <- follic2(follic, 1); score2(z$d, z$a, z$b, c(2, 5, 10)) })
R("more.score.fixed", "prediction_more", "follic", { z <- follic2(follic, 1); score2(z$d, z$a, z$b, c(2, 5, 10), conservative = TRUE) }, note = "weights taken as known")
R("more.score.gbsg", "prediction_more", "gbsg", { d <- data.frame(time = ceiling(gbsg$rfstime / 30), event = gbsg$status); x <- pmin(gbsg$nodes, 20) / 21; y <- (gbsg$grade - 0.5) / 3; score2(d, cbind(x, sqrt(x)), cbind(y, y), c(24, 48)) })
R("more.score.uncensored", "prediction_more", "gbsg", { d <- subset(gbsg, status == 1); e <- data.frame(time = ceiling(d$rfstime / 30), event = 1); x <- pmin(d$nodes, 20) / 21; y <- (d$grade - 0.5) / 3; score2(e, cbind(x, sqrt(x)), cbind(y, y), c(12, 24)) }, note = "only those who had the event")
for (tw in c("n", "S", "S/G", "n/G2", "I")) {
  eval(bquote(R(.(paste0("more.conc.", tw)), "prediction_more", "gbsg", { d <- gbsg; d$month <- ceiling(d$rfstime / 30); d$w <- 0.5 + (seq_len(nrow(d)) %% 5) / 3; list(points = conc(concordance(Surv(month, status) ~ nodes, data = d, weights = w, reverse = TRUE, influence = 1, timewt = .(tw), ymax = 48)), strata = conc(concordance(Surv(month, status) ~ age + strata(grade), data = d, weights = w, reverse = TRUE, influence = 1, timewt = .(tw))), real = conc(concordance(Surv(rfstime / 365.25, status) ~ I(log(pgr + 1) / 3 - nodes / 7), data = d, influence = 1, timewt = .(tw)))) })))
}
R("more.royston.lung", "prediction_more", "lung", { d <- subset(lung, !is.na(ph.ecog)); f <- coxph(Surv(time, status == 2) ~ ph.ecog + sex, data = d, control = coxph.control(eps = 1e-14, iter.max = 50)); c(as.list(royston(f)), list(coef = unname(coef(f)))) }, note = "few values, so heavily tied")
R("more.pec.cr", "prediction_more", "follic", { z <- follic2(follic, 1); p <- pec(list(a = z$a, b = z$b), formula = Hist(time, event) ~ 1, data = z$d, cause = 1, times = c(2, 5, 10), start = 2, exact = FALSE, cens.model = "marginal", verbose = FALSE); list(times = p$time, reference = p$AppErr$Reference, a = p$AppErr$a, b = p$AppErr$b, ibs = unclass(crps(p, times = 10, start = 2))[, 1]) })
finish("made", "prediction_more")
