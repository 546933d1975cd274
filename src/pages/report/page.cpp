#include "pages/report/page.hpp"

#include "core/version.hpp"
#include "pages/report/embedded.hpp"

namespace dcgan {
namespace {

/// JSON within a script element: nothing in it can end the element.
std::string json_in_html(const Json& json) {
  std::string out;
  for (const char c : compact(json)) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string report_page(const std::vector<Json>& runs, const std::string& near) {
  const Json all = {{"runs", runs}, {"near", near}, {"version", kVersionText}};
  std::string out =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
      "'unsafe-inline'; script-src 'unsafe-inline'\">\n<title>dcgan report</title>\n<style>\n";
  out.append(embedded::page_css).append("</style>\n</head>\n<body>\n<main id=\"page\"></main>\n<script>\n");
  out.append(embedded::chart_js).append("\n</script>\n<script type=\"application/json\" id=\"data\">");
  out.append(json_in_html(all)).append("</script>\n<script>\n").append(embedded::page_js);
  return out.append(
      "\nshowReport(JSON.parse(document.getElementById(\"data\").textContent));\n</script>\n</body>\n</html>\n");
}

}  // namespace dcgan
