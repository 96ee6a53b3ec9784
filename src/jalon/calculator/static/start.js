"use strict";
everyPage.start();
