# The outputs of flake.nix with a stand-in for nixpkgs: every name that flake.nix takes from it has to be here.
let
  platforms = [
    "x86_64-linux"
    "aarch64-linux"
    "x86_64-darwin"
    "aarch64-darwin"
  ];
  lib = {
    genAttrs =
      names: make:
      builtins.listToAttrs (
        map (name: {
          inherit name;
          value = make name;
        }) names
      );
    fakeHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    licenses.mit = "MIT";
    makeBinPath = packages: builtins.concatStringsSep ":" (map (package: "${package}/bin") packages);
  };
  packagesOf = system: {
    inherit lib;
    stdenv = {
      hostPlatform = {
        inherit system;
      };
      # A derivation's function is handed the result of itself.
      mkDerivation =
        make:
        let
          final = make final;
        in
        final // { outPath = "/store/${final.pname}-${final.version}"; };
    };
    mkShell = arguments: arguments;
    fetchPnpmDeps = arguments: "deps of ${arguments.pname}, ${arguments.hash}";
    nodejs_24 = "/store/node";
    pnpm = "/store/pnpm";
    pnpmConfigHook = "/store/pnpm-config-hook";
    makeWrapper = "/store/make-wrapper";
    tmux = "/store/tmux";
    git = "/store/git";
  };
  self = outputs // {
    outPath = "/source";
  };
  outputs = (import ../../flake.nix).outputs {
    inherit self;
    nixpkgs = {
      inherit lib;
      legacyPackages = lib.genAttrs platforms packagesOf;
    };
  };
  each = kind: check: builtins.all (system: check outputs.${kind}.${system}.default) platforms;
in
assert each "packages" (
  package:
  package.version != ""
  && builtins.all builtins.isString (package.nativeBuildInputs ++ [ package.pnpmDeps ])
  && builtins.isString (package.buildPhase + package.installPhase)
  && package.meta.mainProgram == "fleet"
);
assert each "apps" (
  app: app.type == "app" && builtins.match "/store/fleet-[0-9.]+/bin/fleet" app.program != null
);
assert each "devShells" (shell: builtins.length shell.packages == 4);
{
  systems = builtins.attrNames outputs.packages;
  inherit (outputs.packages.x86_64-linux.default) installPhase;
}
