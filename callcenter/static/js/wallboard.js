// The entry of this page.

import "./pages/wallboard.js";
