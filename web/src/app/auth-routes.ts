/** The pages around signing in, which need no organization. */
import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { signInSearch, tokenSearch } from "../lib/search.ts";
import { rootRoute } from "./root-route.ts";

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: signInSearch,
  component: lazyRouteComponent(() => import("../features/auth/sign-in-page.tsx"), "SignInPage"),
});

const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-up",
  component: lazyRouteComponent(() => import("../features/auth/sign-up-page.tsx"), "SignUpPage"),
});

const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/invitation",
  validateSearch: tokenSearch,
  component: lazyRouteComponent(() => import("../features/auth/invitation-page.tsx"), "InvitationPage"),
});

const forgotPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/forgot-password",
  component: lazyRouteComponent(() => import("../features/auth/reset-password-page.tsx"), "ForgotPasswordPage"),
});

const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/reset-password",
  validateSearch: tokenSearch,
  component: lazyRouteComponent(() => import("../features/auth/reset-password-page.tsx"), "ResetPasswordPage"),
});

const confirmEmailRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/confirm-email",
  validateSearch: tokenSearch,
  component: lazyRouteComponent(() => import("../features/auth/confirm-email-page.tsx"), "ConfirmEmailPage"),
});

export const AUTH_ROUTES = [
  signInRoute,
  signUpRoute,
  invitationRoute,
  forgotPasswordRoute,
  resetPasswordRoute,
  confirmEmailRoute,
] as const;
