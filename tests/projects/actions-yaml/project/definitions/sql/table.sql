SELECT * FROM ${ref("source")} -- not a template `x` \n
