-- Requests come from the file BENCH_REQUESTS, one a line: method, path, cookie, body, between tabs. Each thread takes its
-- share; reads begin anew at the end, writes (BENCH_ONCE) are sent once, and running out of them is reported.
local threads = {}

function setup(thread)
   thread:set("number", #threads)
   table.insert(threads, thread)
end

function init(args)
   requests, position, ran_out = {}, 0, 0
   local index = 0
   for line in io.lines(os.getenv("BENCH_REQUESTS")) do
      if index % tonumber(os.getenv("BENCH_THREADS")) == number then
         local method, path, cookie, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
         local headers = {["Cookie"] = cookie ~= "" and cookie or nil}
         if body ~= "" then headers["Content-Type"] = "application/x-www-form-urlencoded" end
         requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
      end
      index = index + 1
   end
   once = os.getenv("BENCH_ONCE") == "1"
end

function request()
   position = position + 1
   if position > #requests then
      if once then ran_out = ran_out + 1 end
      position = 1
   end
   return requests[position]
end

function done(summary, latency)
   local ran_out = 0
   for _, thread in ipairs(threads) do ran_out = ran_out + thread:get("ran_out") end
   local errors = summary.errors
   io.write(string.format(
      '\nRESULT {"requests": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f, "refused": %d, "broken": %d, "ran_out": %d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, errors.status,
      errors.connect + errors.read + errors.write + errors.timeout, ran_out))
end
