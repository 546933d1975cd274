// Files that are put into the program when it is built (embed.cmake).
#pragma once

#include <string_view>

namespace dcgan::embedded {

extern const std::string_view chart_js;              // Chart.js
extern const std::string_view page_css;              // pages/assets/page.css
extern const std::string_view page_js;               // pages/assets/page.js
extern const std::string_view serve_html, serve_js;  // pages/assets

}  // namespace dcgan::embedded
