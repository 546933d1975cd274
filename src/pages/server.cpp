#include "pages/server.hpp"

#include <ATen/Parallel.h>
#include <c10/util/Exception.h>

#include <atomic>
#include <map>
#include <memory>

#include "checkpoint/run_directory.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "core/platform/io/desktop.hpp"
#include "core/platform/io/listener.hpp"
#include "core/platform/io/secret.hpp"
#include "core/platform/io/user_folder.hpp"
#include "core/platform/signals.hpp"
#include "core/text.hpp"
#include "pages/explorer.hpp"
#include "pages/http/entry.hpp"
#include "pages/http/front.hpp"
#include "pages/http/http.hpp"
#include "pages/http/runs.hpp"
#include "pages/quiz.hpp"
#include "pages/report/embedded.hpp"
#include "pages/report/run_data.hpp"

namespace dcgan {
namespace {

constexpr int kImagesAsked = 8;  // that wait for the generator; more are told to come again
constexpr size_t kOpenModels = 4;
constexpr int64_t kPoints = 600;            // of a curve
constexpr size_t kLargestGrid = 256 << 20;  // bytes
constexpr int kNextPorts = 50;              // that are tried where the one that was asked for is in use

/// What is answered, by its path. Knows nothing of who asks.
class Site {
 public:
  Site(std::vector<fs::path> places, int64_t threads) : runs_(std::move(places)), threads_(threads) {
    file("/", embedded::serve_html, "text/html; charset=utf-8");
    file("/page.css", embedded::page_css, "text/css");
    file("/page.js", embedded::page_js, "text/javascript");
    file("/serve.js", embedded::serve_js, "text/javascript");
    file("/chart.js", embedded::chart_js, "text/javascript");
    answers_["/health"] = [](const Query&) { return json({{"status", "ok"}}); };
    answers_["/api/runs"] = [this](const Query&) { return json(runs_.names()); };
    answers_["/api/run"] = [this](const Query& query) { return json(run_figures(run_of(query), kPoints)); };
    answers_["/api/grid"] = [this](const Query& query) { return grid(query); };
    answers_["/api/model"] = [this](const Query& query) { return json(explorer_of(query)->describe()); };
    answers_["/api/image"] = [this](const Query& query) { return image(query); };
    answers_["/api/latent"] = [this](const Query& query) {
      return HttpAnswer{200,
                        explorer_of(query)->latent(latent_place(query)),
                        "application/octet-stream",
                        {{"Content-Disposition", "attachment; filename=\"latent.npy\""}}};
    };
    answers_["/api/quiz"] = [this](const Query& query) { return question(query); };
    answers_["/api/answer"] = [this](const Query& query) { return json({{"real", quiz_.is_real(round_of(query))}}); };
  }

  /// Any thread may call. Whatever goes wrong with one run, or one request, is an answer.
  HttpAnswer answer_to(const std::string& path, const Query& query) {
    const auto found = answers_.find(path);
    if (found == answers_.end()) return trouble(404, "there is nothing here");
    try {
      return found->second(query);
    } catch (const Busy& error) {
      return trouble(503, error.what(), error.hint());
    } catch (const UsageError& error) {
      return trouble(400, error.what(), error.hint());
    } catch (const Error& error) {
      return trouble(500, error.what(), error.hint());
    } catch (const c10::Error& error) {
      return trouble(500, first_line(error.what_without_backtrace()));
    } catch (const std::bad_alloc&) {
      return trouble(500, "there is not enough memory for that");
    } catch (const std::exception& error) {
      return trouble(500, first_line(error.what()));
    }
  }

  size_t run_count() const { return runs_.named().size(); }

 private:
  /// Of strangers' files: no text of it reaches a browser as it is.
  static HttpAnswer json(const Json& value) { return {200, compact(printable_json(value))}; }
  static HttpAnswer trouble(int status, const std::string& what, const std::string& hint = "") {
    return {status, compact({{"error", printable(what)}, {"hint", printable(hint)}})};
  }
  void file(const char* path, std::string_view content, const char* type) {
    answers_[path] = [content, type](const Query&) { return HttpAnswer{200, std::string(content), type}; };
  }
  static HttpAnswer png(std::string bytes) { return {200, std::move(bytes), "image/png"}; }

  fs::path path_of(const Query& query) const { return runs_.of(query("run")); }
  RunDirectory run_of(const Query& query) const { return RunDirectory::open(path_of(query)); }

  HttpAnswer grid(const Query& query) const {
    const RunDirectory run = run_of(query);
    const int64_t images = whole_in(query, "images", 0, int64_t{1} << 52);
    if (!fs::exists(run.samples(images))) throw UsageError("there is no such grid", "reload the page");
    return png(read_small_file(run.samples(images), kLargestGrid));
  }

  std::shared_ptr<Explorer> explorer_of(const Query& query) {
    at::set_num_threads(static_cast<int>(threads_));  // of this thread
    return explorers_.of(path_of(query));
  }

  /// Counts those that wait for a generator.
  class Turn {
   public:
    explicit Turn(std::atomic<int>& waiting) : waiting_(waiting) {
      if (++waiting_ > kImagesAsked) {
        --waiting_;
        throw Busy("too many images are asked for at once", "ask again");
      }
    }
    ~Turn() { --waiting_; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    std::atomic<int>& waiting_;
  };

  HttpAnswer image(const Query& query) {
    const LatentPlace place = latent_place(query);
    const Turn turn(waiting_);
    return png(explorer_of(query)->png(place));
  }

  static int64_t round_of(const Query& query) { return whole_in(query, "round", 0, int64_t{1} << 40); }

  HttpAnswer question(const Query& query) {
    const int64_t round = round_of(query);
    const auto explorer = explorer_of(query);
    const Turn turn(waiting_);
    return png(quiz_.question(round, *explorer, run_of(query)));
  }

  const Runs runs_;
  const int64_t threads_;
  const Quiz quiz_{std::stoull(random_word(8), nullptr, 16)};
  std::map<std::string, std::function<HttpAnswer(const Query&)>> answers_;
  std::atomic<int> waiting_ = 0;
  Explorers explorers_{kOpenModels};
};

/// What every answer says to the browser.
void add_rules(HttpAnswer& answer) {
  const std::pair<const char*, const char*> rules[] = {
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
       "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Cache-Control", "no-store"}};
  for (const auto& [name, value] : rules) answer.headers.emplace_back(name, value);
}

/// The page in a browser, once it is served. A token that is kept is not put into the list of processes: the browser is
/// given a file, which only this user can read and which leads there.
class Opened {
 public:
  Opened(const Entry& entry, int port) : file_(entry.token().is_kept ? way_to(entry, port) : "") {
    try {
      showing_.emplace(file_.empty() ? entry.address() : file_.native());
    } catch (const Error&) {
      remove();
      throw;
    }
  }
  ~Opened() { remove(); }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  void look() {
    if (const auto code = showing_->ended(); code && *code != 0)
      note("no browser could be opened (xdg-open: exit code " + std::to_string(*code) + "): open the address yourself");
  }

 private:
  static fs::path way_to(const Entry& entry, int port) {
    const std::string name = "open-" + std::to_string(port) + ".html";
    write_user_file(name,
                    "<!doctype html><meta name=\"referrer\" content=\"no-referrer\"><meta http-equiv=\"refresh\" "
                    "content=\"0;url=" +
                        entry.address() + "\"><title>dcgan</title>\n");
    return user_folder() / name;
  }
  void remove() const {
    std::error_code ignored;  // it is of no use any more, and does no harm
    if (!file_.empty()) fs::remove(file_, ignored);
  }

  const fs::path file_;
  std::optional<Showing> showing_;
};

std::unique_ptr<Opened> opened(const Entry& entry, int port) {
  try {
    return std::make_unique<Opened>(entry, port);
  } catch (const Error& error) {
    note("no browser could be opened (" + std::string(error.what()) + "): open the address yourself");
    return nullptr;
  }
}

Token token_of(const ServeOptions& options) {
  if (options.no_token) return {};
  return options.token == "auto" ? users_token() : chosen_token(options.token);
}

void check(const ServeOptions& options) {
  if (options.no_token && options.token != "auto")
    throw UsageError("--token and --no-token conflict", "leave one of them out");
  if (options.no_token && options.host != ServeOptions().host)
    throw UsageError("--host " + printable(options.host) + " without a token would show everything to all who reach it",
                     "leave --no-token out");
  if (!is_address(options.host))
    throw UsageError("--host is '" + printable(options.host) + "', which is not an address in numbers",
                     "such as 0.0.0.0 or ::");
}

}  // namespace

void serve(const std::vector<fs::path>& runs, const ServeOptions& options,
           const std::function<void(const Serving&)>& ready) {
  check(options);
  Site site(runs, options.threads);
  const Listener listener(options.host, static_cast<int>(options.port), kNextPorts);
  Entry entry(token_of(options), options.host, listener.port());
  if (!entry.token().remark.empty())
    warn("the token is valid this time only, since it cannot be kept: " + entry.token().remark);
  PrivateSocket inner;
  const FrontLimits limits;
  const HttpServer http(inner.name(), limits.connections, [&](const Visitor& visitor, const Query& query) {
    auto refused = entry.instead_of(visitor);
    HttpAnswer answer = refused ? std::move(*refused) : site.answer_to(visitor.path, query);
    add_rules(answer);
    return answer;
  });
  inner.hide();
  Front front(inner, limits);
  ready({entry.address(), site.run_count(), listener.port()});
  const auto page = options.open ? opened(entry, listener.port()) : nullptr;
  constexpr auto kBetweenLooks = std::chrono::milliseconds(50);
  while (stop_signal() == 0 && http.is_serving()) {
    if (auto connection = listener.accept(kBetweenLooks)) front.take(std::move(*connection));
    if (page) page->look();
  }
  if (!http.is_serving()) throw Error("the page is not served any more", "start it again");
}

}  // namespace dcgan
