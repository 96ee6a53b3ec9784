# Elastic net Cox paths and their cross-validation by glmnet 4.1-6.
# glmnet means censored patients to be at risk at a death of the same time, but adds too little to
# their times for that from 256 on; whether they are is then left to an unstable sort. Half a day is
# added to the times of the censored here.
# Run from this folder: RREF_DATA=<folder with the CSV files> Rscript lasso_more.R
source("_lib.R"); suppressMessages({ library(glmnet); library(survival) })
ready <- function(d) { d <- na.omit(d[, c("time", "status", "age", "sex", "ph.ecog", "ph.karno", "pat.karno", "wt.loss", "inst")]); d$dead <- d$status == 2; d$time <- d$time + 0.5 * !d$dead; d }
mat <- function(d) as.matrix(d[, c("age", "sex", "ph.ecog", "ph.karno", "pat.karno", "wt.loss")])
net <- function(d, ..., y = Surv(d$time, d$dead)) { f <- glmnet(mat(d), y, family = "cox", thresh = 1e-16, maxit = 1e7, ...); i <- unique(round(seq(1, length(f$lambda), length.out = 8))); list(k = length(f$lambda), at = i, lambda = f$lambda[i], beta = unname(t(as.matrix(f$beta))[i, ]), dev_ratio = f$dev.ratio[i], nulldev = f$nulldev, df = f$df[i]) }
val <- function(d, ...) { fold <- if (is.null(d$fold)) 1 + seq_len(nrow(d)) %% 5 else d$fold; f <- cv.glmnet(mat(d), Surv(d$time, d$dead), family = "cox", foldid = fold, thresh = 1e-16, maxit = 1e7, ...); list(cvm = f$cvm, cvsd = f$cvsd, min = f$lambda.min, one_se = f$lambda.1se) }
heavy <- function(d) { d$fold <- 1 + seq_len(nrow(d)) %% 5; d[rep(seq_len(nrow(d)), 1 + seq_len(nrow(d)) %% 3), ] }
for (a in c(1, 0.5, 0.1, 0)) eval(bquote(R(.(paste0("path.", a)), "lasso_more", "lung", net(ready(lung), alpha = .(a)))))
R("path.weights", "lasso_more", "lung", { d <- ready(lung); net(d, weights = 0.5 + (seq_len(nrow(d)) %% 4) / 3) })
R("path.factors", "lasso_more", "lung", net(ready(lung), penalty.factor = c(0, 1, 1, 2, 1, 0.5)))
R("path.raw", "lasso_more", "lung", net(ready(lung), standardize = FALSE, lambda = c(0.5, 0.1, 0.05, 0.01, 0)))
R("path.offset", "lasso_more", "lung", { d <- ready(lung); net(d, offset = 0.02 * d$age, alpha = 0.8, nlambda = 20, lambda.min.ratio = 0.05) })
R("path.months", "lasso_more", "lung", { d <- ready(lung); net(d, y = Surv(ceiling(floor(d$time) / 30) + 0.5 * !d$dead, d$dead)) }, note = "heavy ties")
R("path.rotterdam", "lasso_more", "rotterdam", { d <- rotterdam; x <- as.matrix(cbind(age = d$age, meno = d$meno, nodes = d$nodes, grade = d$grade, hormon = d$hormon, chemo = d$chemo, lpgr = log1p(d$pgr), ler = log1p(d$er))); f <- glmnet(x, Surv(d$dtime + 0.5 * (1 - d$death), d$death), family = "cox", thresh = 1e-16, lambda = c(0.2, 0.1, 0.05, 0.02, 0.01, 0.001), maxit = 1e7); list(beta = unname(t(as.matrix(f$beta))), dev_ratio = f$dev.ratio, df = f$df) }, note = "the open record glmnet.cox without its accidents of ties")
R("strata", "lasso_more", "lung", { d <- ready(lung); y <- stratifySurv(Surv(d$time, d$dead), d$inst %% 4); f <- glmnet(mat(d), y, family = "cox", thresh = 1e-10, lambda = c(0.15, 0.08, 0.03)); list(lambda = f$lambda, beta = unname(t(as.matrix(f$beta))), dev_ratio = f$dev.ratio, nulldev = f$nulldev) })
R("entry", "lasso_more", "lung", { d <- ready(lung); f <- glmnet(mat(d), Surv(pmin(50, floor(d$time) / 2), d$time, d$dead), family = "cox", thresh = 1e-10, alpha = 0.7, lambda = c(0.15, 0.08, 0.03)); list(lambda = f$lambda, beta = unname(t(as.matrix(f$beta))), dev_ratio = f$dev.ratio, nulldev = f$nulldev) })
R("cv.lasso", "lasso_more", "lung", val(ready(lung)))
R("cv.net", "lasso_more", "lung", val(ready(lung), alpha = 0.3, nlambda = 30))
R("cv.repeated", "lasso_more", "lung", val(heavy(ready(lung))), note = "rows repeated, since the deviances of weighted patients in cv.glmnet are not those of repeated ones")
finish("made", "lasso_more")
