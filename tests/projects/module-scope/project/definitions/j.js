const { a, ...rest } = dataform.projectConfig.vars; publish("vars").query(JSON.stringify([a, rest, { ...dataform.projectConfig.vars }, "a" in dataform.projectConfig.vars, Object.entries(dataform.projectConfig.vars)]));
for (const key in dataform.projectConfig.vars) { publish(`var_${key}`).query(key); }
