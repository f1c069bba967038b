const original = global.publish;
global.publish = (name, ...rest) => original(`wrapped_${name}`, ...rest);
publish("one").query("select 1");
