const a=[{b:1},
{c:2}], d=[
 [1,2],
 [3,4] ], e = [function(){},function(){}], f=[...g,
...h]
i([{ j: 1 }, { k: 2 }]); l([
 { m: 1 }
])
n = [
]
o = [ // p
 1
]