function a(x,y){return x+y}
function b(){}
const c=function(){return 1};const d=(x)=>x*2, e = x=>({x}), f=async()=>{await g()}
async function* gen(){ yield 1; yield* other() }
var h = function named ( a ) { if(a){return}else{ return 2 } }
(function(){ "use strict"; })();
(() => { a() })()
module.exports={a,b,c:function(){return 2},d:()=>3, async e(){}, get f(){return 1}, set f(v){}, *g(){}, [h]:1, "i-j":2, ...k}
new Foo(a,b).bar(function(x){return x}).baz()
return_value = typeof x === "undefined" ? void 0 : delete x.y