const countries=["de","fr"];
countries.forEach(country=>{ publish(`orders_${country}`,{type:"table",tags:["daily"]}).query(ctx=>`
  select *
    from ${ctx.ref("orders")} where country = '${country}'
`).preOps(ctx => "select 1") });

assert("unique").query(ctx => "select 1").tags(["x"])
operate("grant")
  .queries(ctx=>[`grant select`,"select 1"])
  .dependencies([ "a","b" ]);
declare({schema:"raw",name:"orders"});