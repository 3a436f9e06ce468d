import { createRootRoute, Outlet } from "@tanstack/react-router";
import { PageNotFound } from "./fallbacks.tsx";

export const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: PageNotFound });
