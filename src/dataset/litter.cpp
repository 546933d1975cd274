#include "dataset/litter.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "core/text.hpp"

namespace dcgan {
namespace {

/// In small letters.
constexpr std::string_view kNames[] = {
    // Windows, and file systems that it shares
    "thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "thumbs.db:encryptable", "desktop.ini", "$recycle.bin", "recycler",
    "system volume information", "msocache", "config.msi", "$extend", "dfsrprivate", "indexervolumeguid",
    "wpsettings.dat", "lost.dir",
    // macOS and Classic Mac OS
    "__macosx", "icon\r", "network trash folder", "temporary items", "thevolumesettingsfolder", "desktop db",
    "desktop df", "resource.frk", "finder.dat",
    // Linux
    "lost+found",
    // Synology, QNAP and other servers
    "@eadir", "#recycle", "#snapshot", "@recycle", "@recently-snapshot", "@sharebin", "@sharesnap", "@tmp", "@__thumb",
    "@transcode", "@synologydrive", "@synothumb",
    // programs that show pictures
    "picasa.ini", "zbthumbnail.info", "pspbrwse.jbf"};
constexpr std::string_view kBeginnings[] = {"synofile_thumb", "synophoto"};
constexpr std::string_view kEnds[] = {"@synoeastream", "@synoresource", "zone.identifier"};

/// FOUND.000, which chkdsk makes.
bool is_found_by_chkdsk(std::string_view lower) {
  constexpr std::string_view kFound = "found.";
  return lower.size() == kFound.size() + 3 && lower.starts_with(kFound) &&
         lower.find_first_not_of("0123456789", kFound.size()) == std::string_view::npos;
}

}  // namespace

bool is_passed_over(std::string_view name) {
  if (name.starts_with('.')) return true;
  const std::string lower = lowercase(name);
  return std::find(std::begin(kNames), std::end(kNames), lower) != std::end(kNames) || is_found_by_chkdsk(lower) ||
         std::any_of(std::begin(kBeginnings), std::end(kBeginnings),
                     [&](std::string_view one) { return lower.starts_with(one); }) ||
         std::any_of(std::begin(kEnds), std::end(kEnds), [&](std::string_view one) { return lower.ends_with(one); });
}

bool has_litter(std::string_view path) {
  for (size_t start = 0; start <= path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    if (is_passed_over(path.substr(start, end - start))) return true;
    start = end + 1;
  }
  return false;
}

}  // namespace dcgan
