const text = `one
twothree`;
module.exports = { text, plain: "a\r\nb" };
