const o={a:1,b:{c:[1,2,{d:3}],e:"f"},g:[],h:{},i:[[1,2],[3,4]],
j:[ {a:1},{b:2} ], k: [
 1,
 2 ], l: -1, m: +x, n: !y }
const t = a?b:c?d:e, u = a
 ? b
 : c;
const v = a&&b||c??d, w = a+ -b - +c * d ** 2 % 3 | 4 & 5 ^ 6 << 7 >>> 8;
x+=1;x++;--y;z=x++ + ++y; a=b=c; a ||= 1
const re=/a[/]b\/c/gi.test(s), div = a/b/c;
const {p,q:{r},...rest}=obj,[first,,third=3]=list
const big = 10n, hex = 0xFF, exp = 1.5e-3, oct=0o17, bin=0b11, dot = .5, sep = 1_000
a?.b?.[0]?.(c); a.b.c[0]["d"](e)
const long = "a" +
 "b" + c
  + d
const tagged = sql`select ${a}`, n = 1 .toString()
in_list = "a" in o, inst = a instanceof B, c = (1, 2)