import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "../styles/app.css";
import { queryClient } from "../api/query-client.ts";
import { Toaster } from "../components/ui/toaster.tsx";
import { router } from "./router.tsx";
import { watchSession } from "./watch-session.ts";

watchSession(queryClient, router);

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Toaster />
      </QueryClientProvider>
    </StrictMode>,
  );
}
