function a( {
 if (b
  c ]
}}
"open
`also