const a=`x`,b=`
  keeps   its
    lines ${ c . d } and ${`nested ${e}`} {not code}
`
f(`a`,`b
c`)
g`tagged`; h("x")`y`
const q = `select ${cols.map(c=>`${c} as ${alias(c)}`).join(",\n")} from t`