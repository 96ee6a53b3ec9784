# Times R's survival, cmprsk on the patients that the Python side wrote. Prints one line per
# task: name, median seconds, repeats. Arguments: folder, then the tasks to time.
suppressMessages(library(survival))
arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]; tasks <- arguments[-1]
size <- scan(file.path(folder, "size.txt"), quiet = TRUE)
n <- size[1]; k <- size[2]
m <- matrix(readBin(file.path(folder, "patients.bin"), "double", n * k), nrow = n)
d <- data.frame(time = m[, 1], event = m[, 2], cause = m[, 3], group = m[, 4], score = m[, 5],
                risk = m[, 6])
x <- m[, 7:k]; colnames(x) <- paste0("x", seq_len(ncol(x)))
d <- cbind(d, x)
y <- Surv(d$time, d$event)
right <- reformulate(colnames(x), quote(Surv(time, event)))

clock <- function(name, code, budget = 4, inner = 1) {
  expression <- substitute(code); frame <- parent.frame()
  eval(expression, frame)
  seconds <- c()
  while (length(seconds) < 3 || (sum(seconds) < budget && length(seconds) < 50))
    seconds <- c(seconds, system.time(eval(expression, frame), gcFirst = FALSE)[["elapsed"]])
  cat(name, median(seconds) / inner, length(seconds) * inner, "\n")
}
once <- function(name, code) {
  expression <- substitute(code)
  cat(name, system.time(eval(expression, parent.frame()))[["elapsed"]], 1, "\n")
}
fit_bare <- function(rows = NULL) {
  if (is.null(rows)) coxph.fit(x, y, NULL, NULL, NULL, coxph.control(), NULL, "efron", seq_len(n))
  else coxph.fit(x[rows, ], y[rows], NULL, NULL, NULL, coxph.control(), NULL, "efron", rows)
}
if ("cox" %in% tasks) {
  inner <- if (n <= 1e4) 20 else 1
  clock("coxph", for (i in seq_len(inner)) coxph(right, data = d), inner = inner)
  clock("coxph.fit", for (i in seq_len(inner)) fit_bare(), inner = inner)
}
if ("bootstrap" %in% tasks) {
  set.seed(1)
  once("bootstrap", for (i in 1:200) fit_bare(sample.int(n, replace = TRUE)))
}
if ("curves" %in% tasks) {
  once("km", survfit(Surv(time, event) ~ 1, data = d))
  once("logrank", survdiff(Surv(time, event) ~ group, data = d))
}
if ("concordance" %in% tasks) {
  clock("c_integer", concordance(y ~ d$score, reverse = TRUE))
  clock("c_continuous", concordance(y ~ d$risk, reverse = TRUE))
  clock("uno_integer", concordance(y ~ d$score, reverse = TRUE, timewt = "n/G2"))
  clock("uno_continuous", concordance(y ~ d$risk, reverse = TRUE, timewt = "n/G2"))
}
if ("finegray" %in% tasks && requireNamespace("cmprsk", quietly = TRUE))
  clock("crr", cmprsk::crr(d$time, d$cause, x, failcode = 1, cencode = 0))
