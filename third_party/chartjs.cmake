# Chart.js 3.9, MIT licence: curves of reports and the live page, put into the program when it is built. Debian 12 and
# Ubuntu 24.04: libjs-chart.js. Sets DCGAN_CHART_JS.
find_file(DCGAN_CHART_JS chart.min.js PATHS /usr/share/javascript/chart.js)
if(NOT DCGAN_CHART_JS)
  message(FATAL_ERROR "Chart.js is missing; run scripts/setup, or install libjs-chart.js")
endif()
