# The 0.632+ rule as R's ipred has it: apparent error, error of those left out by the bootstrap, error
# by chance, and what becomes of them, from little overfitting to nothing but chance.
# Run from this folder: RREF_DATA=<folder with the CSV files> Rscript optimism_632.R
source("_lib.R"); suppressMessages({ library(ipred); library(MASS) })
parts <- function(formula, data, model, predict, seed, ...) {
  run <- function(kind) { set.seed(seed); errorest(formula, data, model = model, estimator = kind, predict = predict, est.para = control.errorest(nboot = 40), ...)$error }
  y <- model.frame(formula, data)[[1]]; p <- factor(predict(model(formula, data = data, ...), newdata = data), levels(y))
  chance <- sum(prop.table(table(y)) * (1 - prop.table(table(p))))
  c(apparent = mean(p != y), left_out = run("boot"), chance = chance, plus = run("632plus"))
}
class_of <- function(object, newdata) predict(object, newdata)$class
knn_of <- function(object, newdata) predict(object, newdata, type = "class")
R("ipred.632plus", "optimism_632", "pbc", {
  d <- subset(pbc, !is.na(stage) & !is.na(albumin)); d$y <- factor(d$stage == 4); set.seed(9); for (k in 1:6) d[[paste0("z", k)]] <- rnorm(nrow(d)); d$coin <- factor(rbinom(nrow(d), 1, .4)); few <- d[1:60, ]
  list(
    lda = unname(parts(y ~ age + bili + albumin, d, lda, class_of, 1)),
    lda_noise = unname(parts(coin ~ z1 + z2 + z3 + z4 + z5 + z6, few, lda, class_of, 2)),
    nearest = unname(parts(y ~ age + bili + albumin, d, ipredknn, knn_of, 3, k = 1)),
    nearest_noise = unname(parts(coin ~ z1 + z2 + z3, d, ipredknn, knn_of, 4, k = 1)),
    nearest_five = unname(parts(y ~ age + bili + albumin, d, ipredknn, knn_of, 5, k = 5)))
}, note = "apparent, left out, by chance, 0.632+; the left out error is a mean over patients")
finish("made", "optimism_632")
