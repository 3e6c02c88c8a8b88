// Runs before the first paint, so that a dark page never flashes light. The page's policy allows no inline script.
(function () {
  var theme = null;
  var language = null;
  try {
    theme = localStorage.getItem("kumiki.theme");
    language = localStorage.getItem("kumiki.language");
  } catch (e) {
    theme = null;
  }
  if (theme !== "light" && theme !== "dark") {
    theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  var root = document.documentElement;
  root.setAttribute("data-mantine-color-scheme", theme);
  root.lang = language === "ja" || language === "en" ? language : (navigator.language || "en").indexOf("ja") === 0 ? "ja" : "en";
})();
