"use strict"; delete Object.prototype; 
