a.b().c()
  .d(x=>x)
  .e(function(y){ return y })
.f;
promise.then(r=>r.json(),e=>{throw e}).catch(console.error)
const x = a
  .filter(v => v.ok && (v.a ||
     v.b))
  .map(({id,name})=>({id,name:name.trim()}))
foo(a,
  b,
  { c: 1 },
  [1,
   2])
foo({a:1}, function(){ b() }, () => { c() })
foo(function(){
})
if (a &&
 b || (c &&
 d)) e()