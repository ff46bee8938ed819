mod firmware;
