module.exports = { where: __dirname.split("/").slice(-3).join("/"), file: __filename.split("/").slice(-4).join("/") };
