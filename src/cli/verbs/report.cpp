// `dcgan report`: one page of a run, or of several side by side.

#include <cstdio>
#include <map>
#include <set>

#include "cli/verb.hpp"
#include "cli/verbs/neighbours_sheet.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/text.hpp"
#include "nn/latents.hpp"
#include "pages/report/page.hpp"
#include "pages/report/run_data.hpp"

namespace dcgan {
namespace {

constexpr int64_t kImagesBesideReal = 12, kRealBeside = 3;

struct ReportCommand {
  std::string out = "report.html";
  RealPicturesOptions beside;
  ModelChoice model;

  template <class Visit>
  void fields(Visit&& visit) {
    visit("out", out, "the page to write", any_text("FILE.html"));
    beside.fields(Retold([&](const char* name, auto& value, const char* help, Limit limit, const char* source) {
      const bool is_real = std::string_view(name) == "real";  // there is no seed
      visit(name, value, is_real ? "real pictures used at most; of more always the same choice" : help,
            std::move(limit), source);
    }));
    model.fields(visit);
  }
};

/// Runs in several places may have one name: then paths tell them apart.
void name_apart(std::vector<Json>& runs) {
  std::map<std::string, int> count;
  for (const auto& run : runs) ++count[run["name"]];
  for (auto& run : runs)
    if (count[run["name"]] > 1) run["name"] = run["path"];
}

std::string nearest_real(const Invocation& invocation, ReportCommand& command) {
  if (command.beside.data.empty()) {
    for (const auto& [name, value] : invocation.given)
      if (name != "out")
        throw UsageError("--" + name + " changes nothing without --data", "add --data DIR, or leave it out");
    return "";
  }
  if (invocation.positionals.size() > 1)
    throw UsageError("--data goes with one run", "leave it out, or report on the runs one by one");
  settle_threads(command.beside.threads);
  const auto generator = open_generator(invocation.positional(0), command.model);
  ImageNames names;
  names.add(0, 0, kImagesBesideReal - 1);
  return data_url(
      neighbours_sheet(invocation, *generator, names, Truncation().most(), kRealBeside, command.beside, 0, command.out)
          .sheet);
}

void report(const Invocation& invocation, ReportCommand& command) {
  if (!command.out.ends_with(".html") && !command.out.ends_with(".htm"))
    throw UsageError("--out is '" + shown(command.out) + "', and a report is a page of HTML", "use --out report.html");
  check_place(command.out);
  std::vector<Json> runs;
  RunDataLimits limits;
  limits.picture_bytes /= invocation.positionals.size();
  std::set<fs::path> seen;
  for (const auto& path : invocation.positionals) {
    check_named_is_there(path);
    if (!seen.insert(fs::weakly_canonical(path)).second)
      throw UsageError("'" + shown(path) + "' is named twice", "name each run once");
    try {
      runs.push_back(run_data(RunDirectory::open(path), limits));
    } catch (const UsageError&) {
      throw;
    } catch (const std::exception& error) {  // of several, the others are worth a page
      if (invocation.positionals.size() == 1) throw;
      warn("'" + shown(path) + "' is left out: " + error.what());
      continue;
    }
    for (const Json& remark : runs.back()["remarks"]) warn("'" + shown(path) + "': " + remark.get<std::string>());
  }
  if (runs.empty()) throw Error("none of these runs can be read", "`dcgan inspect RUN` says more of each");
  name_apart(runs);
  const std::string near = nearest_real(invocation, command);
  const std::string page = report_page(runs, near);
  write_file(command.out, page);
  std::printf("%s in %s (%s): open it in a browser; it needs no network\n",
              counted(static_cast<int64_t>(runs.size()), "run").c_str(), shown(command.out).c_str(),
              bytes_text(static_cast<double>(page.size())).c_str());
}

}  // namespace

Verb report_verb() {
  Verb verb;
  verb.name = "report";
  verb.group = "Look";
  verb.examples = {"dcgan report runs/first --out report.html"};
  verb.help = "one page of a run, or of several side by side, that opens anywhere without a network";
  verb.details =
      "Curves, verdicts, grids through time, options, how to reproduce it. Of several runs also which options differ;\n"
      "runs that differ in the seed alone are drawn as their mean and spread. With --data real pictures, too, beside\n"
      "the images nearest to them.";
  verb.positionals = {{"RUN", "run directory", true, true}};
  set_options<ReportCommand>(verb, report);
  return verb;
}

}  // namespace dcgan
