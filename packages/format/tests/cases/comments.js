#!/usr/bin/env node
/* head */
/**
 * Doc
   * of a function
 */
function a(/* nothing */){ // trailing
  // own line

  /* one */ b() /* two */; // three
      /*
        block
          deeper
      */
  return /* x */ 1
}
// between


// and


const c = { // opens
  d: 1, // d
  // last
}
if (a) { // why
  b()
} // after
else { c() }
call(a, // first
  b) // second
/* end */