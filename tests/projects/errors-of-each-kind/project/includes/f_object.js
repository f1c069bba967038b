throw { message: "an object", code: 5 };
