# Imputation that agrees with Cox models: pooled coefficients from many tables of R's smcfcs.
# Run from this folder: RREF_DATA=../data RREF_OUT=.. Rscript smcfcs.R
source("_lib.R"); suppressMessages({library(survival); library(VGAM); library(smcfcs)})
P <- ld("pbc"); P <- data.frame(time=P$time, status=P$status, age=P$age/10, lbili=log(P$bili), albumin=P$albumin, lchol=log(P$chol), hepato=P$hepato, stage=P$stage)
# The stage is known for nearly everyone; it is hidden for every fifth patient with a known one.
P$stage[seq(5, nrow(P), 5)] <- NA
# Stages 1 and 2 are joined: with 2 deaths in stage 1 smcfcs may stop.
P$stage <- factor(pmax(P$stage,2), ordered=TRUE)
TERMS <- "age+lbili+albumin+lchol+hepato"
pooled <- function(F) { q <- sapply(F,coef); m <- ncol(q); list(names=names(coef(F[[1]])), tables=m, mean=unname(rowMeans(q)), between=unname(apply(q,1,var)), within=unname(rowMeans(sapply(F,function(f) diag(vcov(f)))))) }
# Indicators of each level against the lowest, so that nothing depends on polynomial contrasts.
refit <- function(I, cause, TERMS) lapply(I, function(d) { if(!is.null(d$stage)) d$stage <- factor(d$stage, ordered=FALSE); coxph(as.formula(paste0("Surv(time,status==",cause,")~",TERMS)), data=d) })
R("smcfcs.cox","smcfcs","pbc",{
  set.seed(1); D <- P; D$dead <- as.integer(D$status==2); D$status <- NULL; TERMS <- paste0(TERMS,"+stage")
  D <- D[,c("time","dead","age","lbili","albumin","lchol","hepato","stage")]
  I <- smcfcs(D, smtype="coxph", smformula=paste0("Surv(time,dead)~",TERMS), method=c("","","","","","norm","logreg","podds"), m=60, numit=10, rjlimit=5000, noisy=FALSE)$impDatasets
  pooled(refit(lapply(I,function(d) {d$status <- 2*d$dead; d}),2,TERMS)) }, seed=TRUE)
R("smcfcs.causes","smcfcs","pbc",{
  set.seed(2); D <- P; D$stage <- NULL
  I <- smcfcs(D, smtype="compet", smformula=list(paste0("Surv(time,status==1)~",TERMS), paste0("Surv(time,status==2)~",TERMS)), method=c("","","","","","norm","logreg"), m=60, numit=10, rjlimit=5000, noisy=FALSE)$impDatasets
  list(transplant=pooled(refit(I,1,TERMS)), death=pooled(refit(I,2,TERMS))) }, seed=TRUE)
finish("records","smcfcs")
