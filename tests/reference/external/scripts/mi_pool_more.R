# Further results of multiple imputation: Rubin's rules at their edges, D1 to D3 with few and many
# tables, and the pieces of mice that are deterministic once the random draws are given.
# Run from this folder: RREF_DATA=../data RREF_OUT=.. Rscript mi_pool_more.R
source("_lib.R"); suppressMessages({library(survival); library(mice); library(mitml)})
PBC <- read.csv(file.path(RREF_DATA, "pbc_m5.csv"), check.names=FALSE, na.strings=c("","NA"))
PBC$y <- as.integer(PBC$status==2); PBC$lb <- log(PBC$bili)
imp <- function(i) PBC[PBC$.imp==i,]
numbers_of <- function(F) list(estimate=lapply(F,function(f)unname(coef(f))), covariance=lapply(F,function(f)unname(vcov(f))))
# mice::D3 fits the intercept again at the pooled slopes; its own deviances are kept beside it.
d3 <- function(L,S) { a<-mice::D3(as.mira(L),as.mira(S)); d<-a$deviances; list(test=as.vector(a$result), own=unname(d$dev0.M-d$dev1.M), pooled=unname(d$dev0.L-d$dev1.L)) }
test_of <- function(...) as.vector(suppressWarnings(mitml::testModels(...))$test)

R("more.scalar","mi_pool_more",character(),{
  cases <- list(list(e=c(.42,.55,.38,.61,.47),u=c(.04,.05,.045,.038,.052)), list(e=c(1,1.0001,.9999),u=c(2,2.1,1.9)), list(e=c(1,1,1,1),u=c(.3,.2,.1,.4)), list(e=c(-3,5),u=c(.01,.02)), list(e=c(0.001,0.0011,0.0009,0.00105)*1e-6,u=c(1,2,3,4)*1e-20))
  lapply(cases,function(c) c(c, list(by_n=lapply(c(5,20,1000,Inf),function(n){a<-pool.scalar(c$e,c$u,n=n,k=2); list(n=n,qbar=a$qbar,t=a$t,r=a$r,df=a$df,fmi=a$fmi)})))) })
R("more.mitml","mi_pool_more",character(),{
  F <- lapply(1:5,function(i) glm(y~age+lb+albumin+chol,data=imp(i),family=binomial)); n <- numbers_of(F)
  put <- function(df) {a<-mitml::testEstimates(qhat=lapply(F,coef),uhat=lapply(F,vcov),df.com=df)$estimates; list(estimate=unname(a[,1]),se=unname(a[,2]),t=unname(a[,3]),df=unname(a[,4]),p=unname(a[,5]),riv=unname(a[,6]),fmi=unname(a[,7]),total=unname(as.vector(attr(a,"T"))))}
  c(n, list(large=put(NULL), small=put(307))) })
for (m in 2:5) { tables <- 1:m
 R(paste0("more.D.m",m),"mi_pool_more",character(),{
  L <- lapply(tables,function(i) glm(y~age+lb+albumin+chol+copper,data=imp(i),family=binomial))
  S <- lapply(tables,function(i) glm(y~age+lb,data=imp(i),family=binomial))
  lr <- function(a,b) sapply(seq_along(a),function(i) 2*(as.numeric(logLik(a[[i]]))-as.numeric(logLik(b[[i]]))))
  list(estimate=lapply(L,function(f)unname(coef(f)[4:6])), covariance=lapply(L,function(f)unname(vcov(f)[4:6,4:6])),
   lr=lr(L,S),
   wald=sapply(L,function(f) drop(coef(f)[4:6]%*%solve(vcov(f)[4:6,4:6])%*%coef(f)[4:6])),
   D1=test_of(L,S,method="D1"), D1_small=if(length(tables)>2) test_of(L,S,method="D1",df.com=40), D2_wald=test_of(L,S,method="D2",use="wald"), D2_lr=test_of(L,S,method="D2",use="likelihood"), D3=d3(L,S)) }) }
# mi.D1 again, with glm iterated to rounding: its default leaves covariances 1e-4 from the maximum.
R("more.D.tight","mi_pool_more",character(),{
  g <- function(f,i) glm(f,data=imp(i),family=binomial,control=list(epsilon=1e-15,maxit=50))
  L <- lapply(1:5,function(i) g(y~age+lb+albumin+chol,i)); S <- lapply(1:5,function(i) g(y~age+lb,i))
  list(D1=test_of(L,S,method="D1"), D1_df307=test_of(L,S,method="D1",df.com=307), D2_wald=test_of(L,S,method="D2",use="wald"), D2_lr=test_of(L,S,method="D2",use="likelihood")) })
R("more.D3.lm","mi_pool_more",character(),{
  L <- lapply(1:5,function(i) lm(lb~age+chol+copper+platelet,data=imp(i))); S <- lapply(1:5,function(i) lm(lb~age+chol,data=imp(i)))
  at <- function(F) { q<-Reduce(`+`,lapply(F,coef))/5; s<-mean(sapply(F,function(f) mean(resid(f)^2))); sapply(F,function(f) sum(dnorm(model.response(model.frame(f)),drop(model.matrix(f)%*%q),sqrt(s),log=TRUE))) }
  list(lr=sapply(1:5,function(i) 2*(as.numeric(logLik(L[[i]]))-as.numeric(logLik(S[[i]])))), lr_pooled=2*(at(L)-at(S)), D3=test_of(L,S,method="D3"), D3_positive=test_of(L,S,method="D3",ariv="positive")) })
R("more.D.one","mi_pool_more",character(),{
  L <- lapply(1:5,function(i) glm(y~age+lb+chol,data=imp(i),family=binomial)); S <- lapply(1:5,function(i) glm(y~age+lb,data=imp(i),family=binomial))
  list(estimate=lapply(L,function(f)unname(coef(f)[4])), covariance=lapply(L,function(f)unname(vcov(f)[4,4])), D1=test_of(L,S,method="D1"), D1_small=test_of(L,S,method="D1",df.com=40), D3=d3(L,S)) })

# --- mice's own functions with the random numbers handed in ---
borrow <- function(name, ...) { f <- getFromNamespace(name,"mice"); environment(f) <- list2env(list(...), parent=asNamespace("mice")); f }
D <- ld("pbc"); D <- D[1:312,]; D$y <- as.integer(D$status==2)
X <- scale(as.matrix(D[,c("age","bili","albumin","ast","protime")])); attributes(X)[c("scaled:center","scaled:scale")] <- NULL
set.seed(20261)
R("more.pmm","mi_pool_more",character(),{
  ry <- !is.na(D$chol); z <- rnorm(6); chi <- rchisq(1,sum(ry)-6)
  draw <- borrow(".norm.draw",rnorm=function(n,...) z[seq_len(n)],rchisq=function(...) chi)
  f <- draw(D$chol,ry,cbind(1,X),ridge=1e-5); yo <- drop(cbind(1,X)[ry,]%*%f$coef); ym <- drop(cbind(1,X)[!ry,]%*%f$beta)
  list(normal=z,chi=chi,coef=as.vector(f$coef),drawn=as.vector(f$beta),sigma=f$sigma,nearest=D$chol[ry][mice:::matchindex(yo,ym,1L)],
   five=lapply(ym,function(v) sort(D$chol[ry][order(abs(yo-v))[1:5]])), normal_fill=drop(cbind(1,X)[!ry,]%*%f$beta)) })
R("more.logreg","mi_pool_more",character(),{
  y <- as.integer(D$hepato); y[seq(7,312,by=7)] <- NA; ry <- !is.na(y); z <- rnorm(6); u <- runif(sum(!ry))
  f <- borrow("mice.impute.logreg",rnorm=function(n,...) z[seq_len(n)],runif=function(n) u[seq_len(n)])
  a <- mice:::augment(y,ry,X,!ry); x <- cbind(1,as.matrix(a$x))[a$ry,]; g <- glm.fit(x,a$y[a$ry],weights=a$w[a$ry],family=quasibinomial(),control=list(epsilon=1e-14,maxit=50))
  list(normal=z,uniform=u,coef=unname(g$coefficients),unscaled=unname(chol2inv(qr.R(g$qr))),fill=f(y,ry,X)) })
R("more.logreg.separated","mi_pool_more",character(),{
  x <- cbind(c(1:10),c(0,1,0,1,1,0,0,1,1,0)); y <- as.integer(1:10>5); y[c(3,8)] <- NA; ry <- !is.na(y)
  a <- mice:::augment(y,ry,x,!ry); xx <- cbind(1,as.matrix(a$x))[a$ry,]; g <- suppressWarnings(glm.fit(xx,a$y[a$ry],weights=a$w[a$ry],family=quasibinomial(),control=list(epsilon=1e-14,maxit=50)))
  list(augmented=unname(as.matrix(a$x)),augmented_y=a$y,weight=a$w,coef=unname(g$coefficients),unscaled=unname(chol2inv(qr.R(g$qr)))) })
R("more.polr","mi_pool_more",character(),{
  y <- D$stage; y[seq(5,312,by=9)] <- NA; ry <- !is.na(y); fy <- factor(y)
  a <- mice:::augment(fy,ry,X,!ry); d <- data.frame(y=a$y,as.matrix(a$x)); g <- suppressWarnings(MASS::polr(y~.,data=d[a$ry,],weights=a$w[a$ry],Hess=TRUE,control=list(reltol=1e-15,maxit=1000)))
  list(coef=unname(coef(g)),cutpoints=unname(g$zeta),vcov=unname(vcov(g)),deviance=g$deviance,probability=unname(predict(g,d[a$wy,],type="probs"))) },
  rtol=1e-5,note="polr maximises numerically, so its digits are few")
R("more.nelsonaalen","mi_pool_more",character(),{ s<-survfit(Surv(time,y)~1,data=D,ctype=1,stype=1); list(hazard=s$cumhaz[match(D$time,s$time)]) })
finish("records","mi_pool_more")
