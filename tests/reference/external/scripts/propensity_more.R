# More of matching, weighting and balance than open_causal.R: MatchIt given a matrix of distances,
# which its versions up to 4.5.1 do not cut to whole numbers, with the treated put in the order in
# which they are to choose; balance with all its columns; designs of the package survey.
# Run from this folder with a folder of lalonde.csv (../data) and rotterdam.csv (examples/data):
# RREF_DATA=<folder> RREF_OUT=<folder> Rscript propensity_more.R
source("_lib.R"); suppressMessages({library(MatchIt); library(survey); library(survival)})
tight <- function(f, d) glm(f, binomial, d, epsilon=1e-14, maxit=100)
fl <- treat ~ age + educ + race + married + nodegree + re74 + re75
fr <- hormon ~ age + nodes + pgr + er + meno
near <- function(f, d, order="data", logit=FALSE, width=NULL, ...) {
  g <- tight(f, d); s <- if (logit) g$linear.predictors else g$fitted.values
  o <- switch(order, data=seq_along(s), largest=order(-s), smallest=order(s))
  dd <- d[o, ]; t <- g$y[o]; rownames(dd) <- o; w <- if (is.null(width)) NULL else width * sd(s)
  m <- suppressWarnings(matchit(f, data=dd, distance=abs(outer(s[o][t == 1], s[o][t == 0], "-")),
    m.order="data", caliper=w, std.caliper=FALSE, ...))
  mm <- m$match.matrix; i <- as.integer(rownames(mm)[row(mm)]); j <- as.integer(mm); ok <- !is.na(j)
  k <- rowSums(!is.na(mm)); far <- abs(s[i[ok]] - s[j[ok]])
  list(treated=sum(k > 0), controls=length(unique(j[ok])), pairs=sum(ok), caliper=w,
    total_distance=sum(far), largest_distance=max(far), ess=unclass(summary(m)$nn)["Matched (ESS)", ],
    by_number_of_controls=tabulate(k, 3), by_number_of_uses=tabulate(table(j[ok]), 3)) }
for (n in c("lalonde", "rotterdam")) { assign("f", if (n == "lalonde") fl else fr)
  R(paste0("near.", n, ".data"), "matching", n, near(f, get(n)))
  R(paste0("near.", n, ".largest"), "matching", n, near(f, get(n), "largest"))
  R(paste0("near.", n, ".smallest_logit"), "matching", n, near(f, get(n), "smallest", TRUE))
  R(paste0("near.", n, ".two"), "matching", n, near(f, get(n), "largest", ratio=2))
  R(paste0("near.", n, ".three_caliper"), "matching", n, near(f, get(n), "largest", width=.1, ratio=3))
  R(paste0("near.", n, ".caliper_logit"), "matching", n, near(f, get(n), "data", TRUE, .2))
  R(paste0("near.", n, ".again"), "matching", n, near(f, get(n), "data", ratio=2, replace=TRUE))
  R(paste0("near.", n, ".again_caliper"), "matching", n, near(f, get(n), "data", TRUE, .05, ratio=2, replace=TRUE)) }
R("near.lalonde.exact", "matching", "lalonde", near(fl, lalonde, "largest", width=.2, exact=~race+married))
R("near.rotterdam.exact", "matching", "rotterdam", near(fr, rotterdam, "data", ratio=2, exact=~meno+size))
bal <- function(m, x, d) { s <- summary(m, addlvariables=x, data=d); list(all=s$sum.all, matched=s$sum.matched, weights=unname(m$weights)) }
R("exact.lalonde.ATE", "matching", "lalonde", bal(matchit(treat~race+married, data=lalonde, method="exact", estimand="ATE"), ~age+re74+nodegree, lalonde))
R("exact.lalonde.ATC", "matching", "lalonde", bal(matchit(treat~race+married, data=lalonde, method="exact", estimand="ATC"), ~age+re74+nodegree, lalonde))
R("exact.rotterdam.ATT", "matching", "rotterdam", bal(matchit(hormon~size+grade+meno, data=rotterdam, method="exact"), ~age+nodes+er, rotterdam))
R("svyglm.options", "iptw", "lalonde", { d <- lalonde; g <- tight(fl, d); p <- g$fitted.values; t <- d$treat; d$y <- 1*(d$re78 > 0)
  W <- list(att=ifelse(t==1, 1, p/(1-p)), overlap=ifelse(t==1, 1-p, p), one=rep(1, nrow(d)))
  lapply(W, function(w) { d$w <- w; s <- svydesign(~1, weights=~w, data=d)
    o <- function(m) list(table=coef(summary(m)), ci=confint(m))
    list(mean=o(svyglm(re78~treat, s)), odds=o(svyglm(y~treat, s, family=quasibinomial(), control=list(epsilon=1e-14))),
      ratio=o(svyglm(y~treat, s, family=quasipoisson(), control=list(epsilon=1e-14)))) }) })
R("weights.options", "iptw", "lalonde", { g <- tight(fl, lalonde); p <- g$fitted.values; t <- lalonde$treat
  w <- ifelse(t==1, 1/p, 1/(1-p)); q <- quantile(w, c(.01, .99)); k <- p >= .1 & p <= .9; e <- -(p*log(p)+(1-p)*log(1-p))
  ess <- function(w) c(sum(w[t==1])^2/sum(w[t==1]^2), sum(w[t==0])^2/sum(w[t==0]^2))
  one <- function(w) list(sum=c(sum(w[t==1]), sum(w[t==0])), ess=ess(w))
  list(capped=c(one(pmin(pmax(w, q[1]), q[2])), moved=sum(w<q[1] | w>q[2])), trimmed=c(one(w*k), out=sum(!k)),
    entropy=one(ifelse(t==1, e/p, e/(1-p))), atc=one(ifelse(t==1, (1-p)/p, 1))) })
R("km.weighted", "iptw", "rotterdam", { g <- tight(fr, rotterdam); p <- g$fitted.values; d <- rotterdam
  d$w <- ifelse(d$hormon==1, 1-p, p); s <- summary(survfit(Surv(rtime, recur)~hormon, d, weights=w, robust=TRUE), times=c(365, 1825, 3650))
  list(surv=s$surv, se=s$std.err, lower=s$lower, upper=s$upper) })
tight_cox <- function(f, d, w, id=NULL) { d$w <- w; d$id <- if (is.null(id)) seq_len(nrow(d)) else id
  cox_tab(coxph(f, d, weights=w, cluster=id, robust=TRUE, control=coxph.control(eps=1e-14, iter.max=50))) }
R("cox.overlap", "iptw", "rotterdam", { g <- tight(fr, rotterdam); p <- g$fitted.values
  tight_cox(Surv(rtime, recur)~hormon, rotterdam, ifelse(rotterdam$hormon==1, 1-p, p)) })
R("cox.iptw_tight", "iptw", "rotterdam", { d <- subset(rotterdam, nodes > 0); d$g3 <- 1*(d$grade==3); g <- tight(hormon~age+g3+nodes+size, d)
  p <- g$fitted.values; q <- mean(d$hormon); tight_cox(Surv(dtime, death)~hormon, d, ifelse(d$hormon==1, q/p, (1-q)/(1-p))) })
finish(".", "propensity_more")
