# Internal validation on other data; the resamples can be repeated, for they are those of sample() after set.seed().
# Run from this folder: RREF_DATA=<folder with the CSV files> Rscript validate_more.R
source("_lib.R"); suppressMessages({ library(survival); library(rms) })
tab <- function(v) unclass(v)[, ]
R("validate.cph.632", "validate_more", "veteran", { f <- cph(Surv(time, status) ~ karno + age + diagtime, data = veteran, x = TRUE, y = TRUE); set.seed(3); tab(validate(f, B = 40, method = ".632")) }, seed = TRUE)
R("validate.cph.gbsg", "validate_more", "gbsg", { f <- cph(Surv(rfstime, status) ~ nodes + age + grade + hormon, data = gbsg, x = TRUE, y = TRUE); set.seed(11); tab(validate(f, B = 30)) }, seed = TRUE)
R("validate.lrm.pbc", "validate_more", "pbc", { d <- subset(pbc, !is.na(stage)); d$y <- as.integer(d$stage == 4); d$lb <- log(d$bili); f <- lrm(y ~ age + lb + albumin, data = d, x = TRUE, y = TRUE); set.seed(12); tab(validate(f, B = 40)) }, seed = TRUE)
R("cph.stats.more", "validate_more", c("gbsg", "rotterdam"), { a <- cph(Surv(rfstime, status) ~ nodes + age + grade + hormon, data = gbsg, eps = 1e-12); b <- cph(Surv(dtime, death) ~ age + nodes + pgr, data = rotterdam, eps = 1e-12); list(gbsg = as.list(a$stats), rotterdam = as.list(b$stats)) }, note = "iterated to rounding")
finish("made", "validate_more")
