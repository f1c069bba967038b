module.exports = { ;
