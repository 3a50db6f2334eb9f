// The entry of this page.

import "./pages/desk.js";
