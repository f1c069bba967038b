globalThis.order = (globalThis.order ?? "") + "a";
dataform.projectConfig.vars.fromInclude = "yes";
