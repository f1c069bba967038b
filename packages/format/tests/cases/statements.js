if(a)b();else if(c){d()}else e()
for(var i=0,n=a.length;i<n;i++){if(i==2)continue;else break}
for(const x of xs)f(x);for (let k in o) { }
while(true){ x--; } do{ y++ }while(y<10)
do z(); while(z)
switch(x){case 1:case 2: f();break;
case "three":{ g() } default: h() }
try{ a() }catch(e){ b() }finally{ c() }
try { a() } catch { }
label: for(;;){ break label }
throw new Error("x")
var a,b=1,c={d:1},
e=2;
let q = 1; const r = [1,2,3], s = {};
;;
debugger