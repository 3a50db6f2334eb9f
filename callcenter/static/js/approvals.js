// The entry of this page.

import "./pages/approvals.js";
