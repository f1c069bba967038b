const a = {b:1}
/* x
 * y */
f(`one
two`)
