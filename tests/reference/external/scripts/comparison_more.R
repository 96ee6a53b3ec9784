# More comparisons than open_logrank.R and open_km.R: weights of the log-rank family in 2 and 4
# groups with their trend tests, pairs, adjusted p-values with NA and ties, maximally selected
# statistics with other limits, survey's robust log-rank, contrasts at a time on five scales.
# Run from this folder with a folder of the CSV files (../data and examples/data together):
# RREF_DATA=<folder> RREF_OUT=<folder> Rscript comparison_more.R
source("_lib.R"); suppressMessages({library(survival); library(survMisc); library(survminer); library(maxstat); library(survey); library(cmprsk)})
fam <- function(f, d, p=1, q=1) { x <- ten(f, data=d); invisible(capture.output(comp(x, p=p, q=q))); a <- as.data.frame(attr(x, "lrt"))
  b <- attr(x, "tft"); o <- if (is.null(b)) list(test=as.list(a[, c("W","Q","Var","chiSq","df")])) else
    list(test=list(W=names(table(a$W))[rank(a$W)], chiSq=a$chiSq), trend=as.list(as.data.frame(b$tft)[, c("Q","Var","Z")])); o }
cases <- list(c(1,0), c(0,1), c(0.5,0.5), c(1,1), c(0,2)); P <- sapply(cases, `[`, 1); Q <- sapply(cases, `[`, 2)
R("family.lung.sex", "comparison", "lung", { d <- lung; d$dead <- 1*(d$status==2); fam(Surv(time, dead)~sex, d, P, Q) })
R("family.veteran.cells", "comparison", "veteran", fam(Surv(time, status)~celltype, veteran, P, Q))
R("family.larynx.stage", "comparison", "km_larynx", fam(Surv(time, delta)~stage, km_larynx, P, Q))
R("trend.stratified", "comparison", "veteran", { veteran$k <- as.integer(cut(veteran$karno, c(0, 40, 60, 100)))
  s <- survdiff(Surv(time, status)~k+strata(celltype), veteran); g <- c(0, 1, 3); u <- sum(g*rowSums(s$obs-s$exp)); list(z=u/sqrt(drop(t(g)%*%s$var%*%g))) })
R("survdiff.rho", "comparison", c("veteran", "lung"), { l <- subset(lung, !is.na(ph.ecog))
  o <- function(s) list(chisq=s$chisq, exp=as.vector(if (is.matrix(s$exp)) rowSums(s$exp) else s$exp), var=as.vector(s$var))
  list(half=o(survdiff(Surv(time, status)~celltype, veteran, rho=.5)), two_strata=o(survdiff(Surv(time, status==2)~sex+strata(ph.ecog), l, rho=2)),
    negative=o(survdiff(Surv(time, status==2)~sex, l, rho=-.5))) })
R("pairs", "comparison", c("veteran", "km_larynx"), { pw <- function(m, r) pairwise_survdiff(Surv(time, status)~celltype, veteran, p.adjust.method=m, rho=r)$p.value
  list(peto_hommel=pw("hommel", 1), by=pw("BY", 0), hochberg=pw("hochberg", 0), larynx=pairwise_survdiff(Surv(time, delta)~stage, km_larynx)$p.value) })
R("p_adjust.more", "comparison", character(), { p <- c(.04, NA, .04, .011, .9, .0004, .3, .011, 1, .051, NA, .02); m <- c("bonferroni","holm","hochberg","hommel","BH","BY","none")
  list(many=sapply(m, function(k) p.adjust(p, k), simplify=FALSE), two=sapply(m, function(k) p.adjust(c(.04, .03), k), simplify=FALSE), three=sapply(m, function(k) p.adjust(c(.04, .01, .03), k), simplify=FALSE)) })
mx <- function(f, d, m, ...) { t <- maxstat.test(f, data=d, smethod="LogRank", pmethod=m, ...); list(stat=unname(t$statistic), cut=unname(t$estimate), p=unname(t$p.value), n_cuts=length(t$stats), first=unname(t$stats[1]), last=unname(t$stats[length(t$stats)])) }
R("maxstat.more", "comparison", c("rotterdam", "veteran", "lung"), { r <- subset(rotterdam, nodes>0)
  list(nodes92=mx(Surv(rtime, recur)~nodes, r, "Lau92"), nodes94=mx(Surv(rtime, recur)~nodes, r, "Lau94", minprop=.2, maxprop=.8), karno=mx(Surv(time, status)~karno, veteran, "Lau94"),
    karno92=mx(Surv(time, status)~karno, veteran, "Lau92", minprop=.25, maxprop=.75), age_all=mx(Surv(time, status==2)~age, lung, "Lau94", minprop=0, maxprop=1), karno_HL=mx(Surv(time, status)~karno, veteran, "HL")) })
sv <- function(f, d, r=0, g=0) { s <- svylogrank(f, d, rho=r, gamma=g); list(score=unname(s[[1]][,1]), se=unname(s[[1]][,2]), chisq=unname(s[[2]][1]), p=unname(s[[2]][2])) }
R("svylogrank", "comparison", c("lung", "veteran"), { l <- subset(lung, !is.na(ph.ecog) & !is.na(inst)); l$w <- ifelse(l$sex==1, 1.3, .8)+.1*l$ph.ecog; l$dead <- 1*(l$status==2)
  a <- svydesign(~1, weights=~w, data=l); b <- svydesign(~inst, weights=~w, data=l); v <- veteran; v$w <- v$karno/50; v$cell <- factor(v$celltype); c <- svydesign(~1, weights=~w, data=v)
  list(plain=sv(Surv(time, dead)~sex, a), cluster=sv(Surv(time, dead)~sex, b), peto=sv(Surv(time, dead)~sex, a, 1), late=sv(Surv(time, dead)~sex, a, 0, 1), four=sv(Surv(time, status)~cell, c), unweighted=sv(Surv(time, dead)~sex, svydesign(~1, weights=~1, data=transform(l, one=1)))) })
R("at_a_time", "comparison", c("lung", "follic"), { x <- summary(survfit(Surv(time, status==2)~sex, lung), times=250); S <- x$surv; e <- x$std.err
  z <- function(g, dg, S, e) { d <- g(S[2])-g(S[1]); s <- sqrt(sum((dg(S)*e)^2)); c(d, s, d/s, 2*pnorm(-abs(d/s))) }
  all <- function(S, e, cll=function(s) log(-log(s)), dcll=function(s) 1/(s*log(s))) list(plain=z(identity, function(s) 1, S, e), log=z(log, function(s) 1/s, S, e), loglog=z(cll, dcll, S, e), logit=z(qlogis, function(s) 1/(s*(1-s)), S, e), arcsine=z(function(s) asin(sqrt(s)), function(s) 1/(2*sqrt(s*(1-s))), S, e))
  ci <- cuminc(follic$time, follic$status, follic$clinstg); tp <- timepoints(ci, 5); F <- tp$est[1:2, 1]; v <- sqrt(tp$var[1:2, 1])
  list(survival=all(S, e), names=rownames(tp$est)[1:2], incidence=all(unname(F), unname(v), function(s) log(-log(1-s)), function(s) -1/((1-s)*log(1-s)))) })
R("csh.logrank.follic", "comparison", "follic", { s <- survdiff(Surv(time, status==1)~clinstg, follic); t <- survdiff(Surv(time, status==2)~clinstg, follic); list(relapse=s$chisq, death=t$chisq) })
finish(".", "comparison_more")
