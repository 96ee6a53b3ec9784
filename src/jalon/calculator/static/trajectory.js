const trajectoryPage = { start() {}, refresh() {} };
