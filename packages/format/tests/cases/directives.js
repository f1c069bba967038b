a  =  1
/* beautify preserve:start */
b   =   {   c:1
   }
/* beautify preserve:end */
d  =  2
/* beautify ignore:start */
e   =   anything at { all
/* beautify ignore:end */
f  =  3