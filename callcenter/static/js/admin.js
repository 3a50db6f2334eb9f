// The entry of this page.

import "./pages/skills.js";
